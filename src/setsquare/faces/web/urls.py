"""Addresses of the pages. Hand-made ones come before the generic ones of registers and records."""

from django.urls import path, register_converter

from setsquare.faces.web import choosers, finding, me, notices, trail, uploads, work
from setsquare.faces.web.dialogs.command import command_page, create_page
from setsquare.faces.web.pages import own_urls
from setsquare.faces.web.records.history import history_export, history_page
from setsquare.faces.web.records.page import record_page, tab_page
from setsquare.faces.web.records.tabs import TabConverter
from setsquare.faces.web.registers.bulk import bulk_page
from setsquare.faces.web.registers.export import register_export
from setsquare.faces.web.registers.importing import import_page, import_template
from setsquare.faces.web.registers.page import register_page
from setsquare.faces.web.registers.views import views_page

register_converter(TabConverter, "tab")

urlpatterns = [
    path("", work.home, name="home"),
    path("choose/<slug:what>", choosers.choose, name="choose"),
    path("palette", finding.palette, name="palette"),
    path("search/", finding.search_page, name="search"),
    path("go/<number:number>/", finding.go, name="go"),
    path("notices/", notices.notices_page, name="notifications"),
    path("notices/read", notices.read_all, name="read_all"),
    path("notices/<int:pk>/", notices.open_notice, name="notice"),
    path("unread", notices.unread, name="unread"),
    path("me/", me.profile, name="profile"),
    path("uploads", uploads.upload, name="upload"),
    path("files/<str:digest>/<str:name>", uploads.file, name="file"),
    path("trail/", trail.trail_page, name="trail"),
    path("trail/checkpoint", trail.trail_checkpoint, name="trail_checkpoint"),
    path("trail/export/<slug:form>", trail.trail_export, name="trail_export"),
    *own_urls(),
    path("<slug:slug>/", register_page, name="register"),
    path("<slug:slug>/new/", create_page, name="create"),
    path("<slug:slug>/new/<slug:name>/", create_page, name="create_by"),
    path("<slug:slug>/views/", views_page, name="views"),
    path("<slug:slug>/import/", import_page, name="register_import"),
    path("<slug:slug>/import/template.<slug:form>", import_template, name="register_import_template"),
    path("<slug:slug>/export/<slug:form>", register_export, name="register_export"),
    path("<slug:slug>/bulk/<slug:name>/", bulk_page, name="bulk"),
    path("<slug:slug>/<number:number>/do/<slug:name>/", command_page, name="command"),
    path("<slug:slug>/<number:number>/history/", history_page, name="history"),
    path("<slug:slug>/<number:number>/history/export/<slug:form>", history_export, name="history_export"),
    path("<slug:slug>/<number:number>/<tab:tab>/", tab_page, name="tab"),
    path("<slug:slug>/<number:number>/", record_page, name="record"),
]
